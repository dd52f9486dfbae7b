"""How weights are made: training runs, what they begin from, export, and cards' figures."""
