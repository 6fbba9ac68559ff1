"""The sections of docs/results.md: each module measures one and says what it must reach."""
