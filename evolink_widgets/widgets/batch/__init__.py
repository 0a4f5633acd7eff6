"""The live view of a batch's run, and the contact sheet that stays."""
