"""What several pages show alike: badges, cards, tables, notices."""
