"""Amazon Bedrock's Converse on loopback: its contract, and a model that follows a plain rule."""
