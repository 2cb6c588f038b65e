"""From FHIR records to the timeline of a patient: translated, not interpreted."""

from service.extract.extractor import Extractor
from service.extract.medications import Agent, Identified, MedicationReader
from service.extract.units import UnitConverter

__all__ = ["Agent", "Extractor", "Identified", "MedicationReader", "UnitConverter"]
