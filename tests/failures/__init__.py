"""A whole portal whose stores and neighbours fail: what its visitors see, and that it is itself again afterwards."""
