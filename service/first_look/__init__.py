"""A first look without an EHR: invented people, their cards and evidence, and "what if".

For development on one machine. Nothing is stored, and it is off unless a folder of people is given.
"""
