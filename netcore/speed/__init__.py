"""What makes the engine fast and changes no result: workspaces, BLAS threads, replicas."""
