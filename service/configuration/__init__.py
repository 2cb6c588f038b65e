"""The one file in which a deployment says who may call, from where data may be read, and the limits."""
