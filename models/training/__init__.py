"""How weights are made: data, networks, recipes, training runs, export and cards' figures."""
