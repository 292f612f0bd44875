"""Numerics that know no user: arrays in, arrays out."""
