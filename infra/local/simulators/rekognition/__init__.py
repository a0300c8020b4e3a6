"""A stand-in for Amazon Rekognition: DetectText, with eyes of its own."""
