"""The store beyond one machine: PostgreSQL with pgvector, shared by any number of processes."""
