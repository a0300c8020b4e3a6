"""Amazon Transcribe on one machine: its batch jobs, really written down, in English only."""
