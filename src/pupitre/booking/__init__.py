"""Offers, holds, and commitments nobody can break."""
