"""The pages: signing in, letting an app in, entering a device's code. No script, nothing from elsewhere."""
