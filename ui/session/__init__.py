"""What a visitor has (state, data, models, runs), and what all visitors share."""
