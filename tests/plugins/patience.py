"""Hypothesis without a clock: these machines are shared and noisy, and a slow example is not a wrong one."""

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
