"""Analysis of networks: functions of a network and arrays, without state of their own."""
