"""The operators' admin: sellers with their stock, sessions and rooms, who may come in, and what models cost."""
