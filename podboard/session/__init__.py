"""Terminals and pod lists as they live, without a screen: async, no Textual."""
