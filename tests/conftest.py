pytest_plugins = ["tests.plugins.house", "tests.plugins.postgres"]
