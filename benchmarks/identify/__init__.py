"""Open-set identification: who of the known people is it, if anybody. Ours beside simpler rules."""
