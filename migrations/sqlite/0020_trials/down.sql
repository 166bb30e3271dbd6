DROP TABLE connection_trials;
