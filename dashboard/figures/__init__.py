"""Values in, charts out: nothing here computes a figure or asks anybody for one."""
