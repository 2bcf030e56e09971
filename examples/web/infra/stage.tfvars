environment          = "stage"
desired_count        = 2
cpu                  = 256
memory               = 512
deregistration_delay = 5
force_delete         = true
