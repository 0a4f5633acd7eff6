"""What people see: each public class is one AnyWidget with its front end beside it."""
