"""What stands on a scene beside its lines: a module for each area, called with the scene when its lines are there."""
