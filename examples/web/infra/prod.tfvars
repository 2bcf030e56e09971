environment          = "prod"
desired_count        = 4
cpu                  = 512
memory               = 1024
deregistration_delay = 60
container_insights   = true
