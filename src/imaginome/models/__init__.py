"""Generators of haplotypes behind one contract."""
