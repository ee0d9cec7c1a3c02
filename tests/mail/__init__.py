"""Mail with a real IMAP server: `make mail-e2e`."""
