import type { Explanations } from './facts.ts'

/** Where the cloud and moto differ in Elastic Load Balancing, and why the cloud does as it does. */
export const elbDifferences: Explanations = {
  // What a load balancer is
  '*.LoadBalancers[].DNSName': 'Ours is an address of this machine on which the load balancer really answers.',
  '*.LoadBalancers[].CanonicalHostedZoneId':
    "Ours is the region's zone as AWS publishes it; moto has one example for all.",
  '*.LoadBalancers[].Scheme': 'AWS answers internet-facing where nothing was asked; moto leaves it out.',
  '*.LoadBalancers[].SecurityGroups[]':
    "AWS gives an Application Load Balancer its VPC's default group; moto gives it none.",
  '*.LoadBalancers[].AvailabilityZones[].LoadBalancerAddresses[]': 'AWS answers an empty list.',
  'DescribeLoadBalancers.LoadBalancers[].State.Code':
    "Ours is provisioning for a second of the cloud's time; moto is at once active.",
  'DescribeLoadBalancerAttributes.Attributes{load_balancing.cross_zone.enabled}.Value':
    'Always true for Application Load Balancers, as the API reference says.',
  'DescribeLoadBalancerAttributes.Attributes{*}.Value':
    'AWS answers every attribute; moto those that were set, and three more.',
  'DescribeCapacityReservation.CapacityReservationState[]*': 'AWS answers no state where nothing is reserved.',
  'DescribeAccountLimits.Limits{*}.Max': "Ours are AWS's quotas of 2026, of what is modelled; moto's are of 2018.",
  // Listeners and rules
  '*.Listeners[].AlpnPolicy[]': 'For TLS listeners only.',
  '*.Listeners[].SslPolicy': 'For HTTPS and TLS listeners only.',
  '*.Listeners[].DefaultActions[].ForwardConfig.*':
    'AWS answers a forward in both forms, whichever was asked; moto as it was asked. Terraform counts on it.',
  'DescribeRules.Rules[].Actions[].ForwardConfig.*': 'As above, for the default rule.',
  '*.Rules[].Conditions[].Values[]': 'AWS answers paths and hosts in both forms too.',
  'DescribeListenerAttributes.Attributes{routing.http.*}.Value': 'What an HTTP listener has.',
  'DescribeListenerAttributes.Attributes{tcp.idle_timeout.seconds}.Value': 'An HTTP listener has no such attribute.',
  // Target groups and health
  'CreateTargetGroup.TargetGroups[].LoadBalancerArns[]': 'AWS answers an empty list.',
  'DescribeTargetGroups.TargetGroups[].LoadBalancerArns[]':
    'One load balancer, named once for each group; moto names it once for each rule.',
  'DescribeTargetGroupAttributes.Attributes{waf.fail_open.enabled}.Value':
    'An attribute of load balancers, not of groups.',
  'DescribeTargetGroupAttributes.Attributes{*}.Value': 'AWS answers every attribute that the kind of group has.',
  'DescribeTargetHealth.TargetHealthDescriptions[].HealthCheckPort': 'AWS answers the port itself.',
  'DescribeTargetHealth.TargetHealthDescriptions[].TargetHealth.*':
    'Ours are really checked, and begin as initial; in moto every target is healthy.',
  // Refusals
  'CreateTargetGroup.message': 'The same error; AWS words it as ours.',
  'DeleteTargetGroup.message': 'The same error; AWS words it as ours.',
  'DescribeLoadBalancers.message': 'The same error; AWS names what was not found.',
}
