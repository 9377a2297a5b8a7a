"""Tries of a plan: nothing leaves, and what the world would say was typed or recorded beforehand."""
