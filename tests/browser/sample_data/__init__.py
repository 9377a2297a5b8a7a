"""The sample data of a scene: a module for each area, called with the scene when its lines are there."""
