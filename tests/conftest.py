pytest_plugins = ["tests.plugins.browser", "tests.plugins.house", "tests.plugins.postgres"]
