"""Outside services on one machine, behind their own contracts: only an address differs."""
