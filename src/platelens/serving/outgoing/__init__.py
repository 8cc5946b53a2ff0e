"""Sends events to others: webhooks, MQTT, an ALPR database."""

from platelens.serving.outgoing.choosing import deliveries_for
from platelens.serving.outgoing.sender import Sender

__all__ = ["Sender", "deliveries_for"]
