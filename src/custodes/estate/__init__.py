"""The register: bodies, sites, networks, devices, observations, findings.

The only place that knows the database.
"""
