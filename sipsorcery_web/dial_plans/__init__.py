"""Dial plans that run: extension lines and Ruby scripts that decide where a call goes.

Neither pages nor Kamailio are known here. What a plan asks of the world is a Protocol (`world.World`), given from
outside, so that the same code runs at a try and for a call.
"""
