"""People from Entra groups, where the authority keeps them there: who, in which role, for which unit."""
