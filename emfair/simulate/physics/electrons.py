"""Fast electrons: wavelength, dose, Bragg angles. Constants are CODATA 2018's, in SI units."""

from __future__ import annotations

from math import sqrt

PLANCK = 6.62607015e-34
CHARGE = 1.602176634e-19
LIGHT = 299792458.0
MASS = 9.1093837015e-31


def wavelength(voltage: float) -> float:
    """Return the relativistic de Broglie wavelength in m for a voltage in V.

    Reimer and Kohl, Transmission Electron Microscopy (2008), eq. 2.12.
    """
    energy = CHARGE * voltage
    return PLANCK / sqrt(2 * MASS * energy * (1 + energy / (2 * MASS * LIGHT**2)))


def electrons(current: float, seconds: float) -> float:
    """Return how many electrons a current in A brings in a time."""
    return current * seconds / CHARGE


def dose(current: float, seconds: float, area: float) -> float:
    """Return the electrons per m² that a current brings onto an area in m²."""
    return electrons(current, seconds) / area


def bragg_angle(voltage: float, spacing: float) -> float:
    """Return by how much lattice planes a `spacing` (m) apart deflect the beam, in rad.

    This is 2θ of Bragg's law, λ/d at the small angles of fast electrons.
    """
    return wavelength(voltage) / spacing
