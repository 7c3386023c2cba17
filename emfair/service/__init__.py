"""The use cases: what every face asks for. What does not belong here: HTTP, pages, Dagster."""
