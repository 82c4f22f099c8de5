pytest_plugins = ["tests.plugins.house"]
