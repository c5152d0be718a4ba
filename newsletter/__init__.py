"""A self-hosted email newsletter service: subscribers, curated digest issues, and mailings that add up."""
