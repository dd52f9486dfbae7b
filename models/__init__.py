"""Expression models and face networks: their training, measuring, export, cards and inference."""
