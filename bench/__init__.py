"""The benchmark: the project side by side with others, in one run. `./dev bench` runs it.

It knows the project by its command line, its settings and its HTTP answers alone. It needs `wrk`;
Varnish takes part where it is installed (both are Debian packages).
"""
