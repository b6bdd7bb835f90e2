"""Benchmarks of netcore against other libraries, in one run on one machine: `python -m bench`."""
