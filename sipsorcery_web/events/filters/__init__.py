"""The filter language of the monitoring console, parsed to a tree and held to what somebody may see."""
