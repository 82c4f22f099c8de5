pytest_plugins = ["tests.plugins.browser", "tests.plugins.house", "tests.plugins.patience", "tests.plugins.postgres"]
