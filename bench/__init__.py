"""The benchmark: the project side by side with others, in one run. `./dev bench` runs it.

Needs `wrk` (a Debian package); nginx joins in where it is installed. The rest it brings along.
"""
