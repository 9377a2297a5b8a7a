"""Mail that goes out: messages, the jobs that send them, and SMTP."""
