"""Bodies of requests and answers. Times are seconds, dates ISO 8601 in UTC."""
